import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** Every refusal code of the server with its sentence: what happened, and what to do. */
export const REFUSALS: Readonly<Record<string, MessageDescriptor>> = {
  // any command
  forbidden: msg`You do not have permission to do this. Ask the owner of the company.`,
  key_reuse: msg`This was already sent with other content. Reload the page and enter it again.`,
  malformed: msg`Something here cannot be read. Check the marked field.`,
  too_old: msg`This was made too long ago to be accepted. Enter it again.`,
  call_decided: msg`Somebody has decided on this already. Reload to see what they said.`,
  own_call: msg`You sent this yourself: somebody else has to decide on it.`,
  discarded: msg`A manager has discarded this. Ask them why; if it did happen, enter it again.`,
  dependency_refused: msg`What this belongs to was refused. Put that right first, then send this again.`,
  unknown_command: msg`The server does not know this action. Reload to get the current version of the app.`,

  // jobs
  job_status: msg`The job has moved on meanwhile. Reload to see where it is.`,
  difference_changed: msg`This difference has changed since the check. Check again, and look at it once more.`,
  not_pausable: msg`This job runs in one piece and cannot be paused. You can cancel it.`,
  worker_died: msg`The program that worked on this was stopped each time it tried. Retry once; if it happens again, tell your operator.`,
  worker_error: msg`Something went wrong each time this was tried. Retry later; if it happens again, tell your operator.`,
  unknown_kind: msg`The server does not know this kind of job any more. Begin it again.`,

  // exports
  filter_unreadable: msg`This list cannot be filtered or sorted like that. Reload the app and export it again.`,
  unknown_column: msg`The list has no such column, or your role does not show it. Choose the columns again.`,
  unknown_list: msg`There is no such list. Reload the app and export it again.`,

  // what a command refers to, and what it makes
  already_exists: msg`This is there already.`,
  id_missing: msg`A record without an identity cannot be saved. Reload the app and enter it again.`,
  id_taken: msg`This record was made already. Reload to see it.`,
  identity_taken: msg`Another record already came in under this outside number.`,
  not_found: msg`This does not exist any more, or is not yours to see. Choose another.`,
  duplicate_in_list: msg`This is in the list twice.`,
  all_refused: msg`None of this was saved.`,
  all_or_nothing: msg`One record was refused, so none was saved.`,
  stale_version: msg`Somebody else changed this meanwhile. Reload to see the current state, then make your change again.`,
  sku_taken: msg`Another product has this SKU.`,
  code_taken: msg`This code is taken.`,
  name_taken: msg`This name is taken.`,
  future_date: msg`The date is in the future. Enter the day on which it happened.`,

  // products
  barcode_destroyed: msg`A spreadsheet has destroyed this barcode (6.9E+12). Format the column as text and enter the digits again.`,
  barcode_twice: msg`This product has the barcode twice.`,
  // warnings: it was taken all the same
  barcode_check_digit: msg`The check digit of this barcode is wrong. It is kept as a code of your own; compare it with the goods.`,
  barcode_house: msg`This is no barcode of GS1. It is kept as a code of your own.`,
  barcode_zeros_lost: msg`A spreadsheet may have cut zeros off the beginning of this barcode. Format the column as text and compare it with the goods.`,
  category_cycle: msg`A category cannot be inside itself.`,
  category_path: msg`This category path cannot be read. Write it as Drinks/Tea.`,
  factor_not_positive: msg`A unit must hold more than zero of the stock unit.`,
  kind_fixed: msg`Goods that have moved cannot become a service, nor the other way round.`,
  unit_fixed: msg`The stock unit stands once goods have moved. Add another unit instead.`,
  unit_missing: msg`Choose the stock unit.`,
  unit_twice: msg`This product has the unit twice.`,
  unknown_unit: msg`This unit is not known here, or not of this product.`,

  // quantities and prices
  not_a_number: msg`This is not a number.`,
  quantity_not_positive: msg`The quantity must be more than zero.`,
  quantity_not_whole: msg`The unit does not divide that far. Enter a quantity with fewer decimals.`,
  quantity_negative: msg`The quantity cannot be less than zero.`,
  quantity_too_large: msg`This quantity is too large. Check the decimal point.`,
  too_many_decimals: msg`This has too many decimals.`,
  price_missing: msg`The product has no retail price. Enter the price.`,
  price_negative: msg`A price cannot be less than zero.`,

  amount_too_large: msg`This amount is too large. Check quantity and price.`,
  cost_negative: msg`A cost cannot be less than zero.`,
  cost_of_outgoing: msg`What goes out leaves at its own value. Leave the cost open.`,
  cost_twice: msg`Enter the cost of one or the value of all, not both.`,

  // orders and stock
  already_posted: msg`This was posted already.`,
  discrepancy_closed: msg`Somebody has dealt with this already.`,
  not_stocked: msg`This is a service and has no stock.`,
  insufficient_stock: msg`There is not enough available stock. Take less, or wait for the next receipt.`,
  period_closed: msg`The books of that day are closed. Enter a later day, or have the period opened.`,
  period_closed_further: msg`Somebody has closed more days meanwhile. Look at what is closed now.`,
  period_not_over: msg`That day is not over long enough to be closed.`,
  line_not_on_order: msg`This line is not on the order. Reload to see the order as it is now.`,
  line_not_on_transfer: msg`This line is not on the transfer. Reload to see the transfer as it is now.`,
  more_than_ordered: msg`This is more than is still open on the order. Ship at most what is open.`,
  more_than_shipped: msg`This is more than was shipped and not yet returned.`,
  nothing_to_ship: msg`Nothing is open on this order any more. Reload to see it.`,
  order_cancelled: msg`The order was cancelled.`,
  order_not_confirmed: msg`The order is not confirmed, or already shipped. Reload to see it.`,
  order_not_draft: msg`The order was confirmed or cancelled already. Reload to see it.`,
  order_shipped: msg`Goods of this order have left already, so it cannot be cancelled.`,
  same_place: msg`The goods are there already. Choose another place to send them to.`,

  // files that are imported, and documents of the past
  bad_image: msg`This is no picture that can be kept. Take the photo again.`,
  cell_error: msg`This cell holds an error of the spreadsheet, such as #N/A. Correct the formula or enter the value.`,
  columns_missing: msg`Columns are missing in this file.`,
  date_ambiguous: msg`This date can be read in two ways. Write it as 2026-03-05, or say with the columns how dates are written.`,
  duplicate_in_file: msg`This line is in the file twice.`,
  empty_file: msg`This file is empty.`,
  encoding_unknown: msg`The characters of this file cannot be read. Save it as UTF-8 or GB18030.`,
  file_encrypted: msg`This file has a password. Save a copy without one.`,
  file_not_supported: msg`Files of this kind cannot be read. Save the sheet as XLSX or CSV.`,
  file_too_complex: msg`This file is too large or too complex to be read. Copy the rows that matter into a new workbook.`,
  file_unreadable: msg`This file is damaged. Open it in a spreadsheet program and save it again.`,
  left_out: msg`You have left this row out.`,
  line_too_long: msg`A line of this file is too long. Check for a quotation mark that is not closed.`,
  field_twice: msg`Two columns are said to be the same field. Choose one of them.`,
  import_busy: msg`Another job works on this import. Wait for it, or cancel it.`,
  import_status: msg`This import has moved on. Reload to see where it is.`,
  unknown_field: msg`Rows of this kind have no such field.`,
  depended_on: msg`Something was built on this since. Take that back first, or keep both.`,
  changed_since: msg`Somebody has changed this since the import, so it stays.`,
  changed_by_import: msg`A later import has changed this. Undo that one first.`,
  mixed_signs: msg`This document has positive and negative quantities. Split it into a sale and a return.`,
  not_a_date: msg`This is not a date.`,
  not_a_phone: msg`This is not a phone number. If a spreadsheet has rounded it, format the column as text and enter it again.`,
  not_csv: msg`This text is not a table. Save the sheet as XLSX or CSV.`,
  partner_missing: msg`The partner is missing.`,
  posted_document_changed: msg`This document was posted with other content and stays as it was. Correct it in the app.`,
  sheet_not_found: msg`The workbook has no such sheet.`,
  too_many_columns: msg`This file has too many columns.`,
  unknown_choice: msg`This is none of the possible values.`,
  warehouse_missing: msg`The warehouse is missing.`,
};

/** Facts that come with a refusal, in the order in which they are told. */
export const DETAILS: Readonly<Record<string, MessageDescriptor>> = {
  sku: msg`SKU`,
  number: msg`number`,
  available: msg`available`,
  open: msg`open`,
  shipped: msg`shipped`,
  wanted: msg`asked for`,
  quantity: msg`entered`,
  decimals: msg`decimals allowed`,
  line: msg`line`,
  limit: msg`at most`,
  value: msg`entered`,
};

export const UNKNOWN_REFUSAL = msg`The server did not accept this. Nothing was changed.`;
