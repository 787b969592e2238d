import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** Every refusal code of the server with its sentence: what happened, and what to do. */
export const REFUSALS: Record<string, MessageDescriptor> = {
  // any command
  key_reuse: msg`This was already sent with other content. Reload the page and enter it again.`,
  too_old: msg`This was made too long ago to be accepted. Enter it again.`,
  unknown_command: msg`The server does not know this action. Reload to get the current version of the app.`,
  forbidden: msg`You do not have permission to do this. Ask the owner of the company.`,
  malformed: msg`Something in this form cannot be read. Check the marked field.`,
  stale_version: msg`Somebody else changed this meanwhile. Reload to see the current state, then make your change again.`,
  not_a_number: msg`This is not a number.`,
  duplicate_id: msg`This record is already there.`,
  // quantities
  quantity_not_positive: msg`The quantity must be more than zero.`,
  quantity_not_whole: msg`This unit does not divide that far. Enter a quantity with fewer decimals.`,
  // what is referred to
  unknown_product: msg`This product does not exist, or is not yours to see.`,
  unknown_partner: msg`This partner does not exist, or is not yours to see.`,
  unknown_location: msg`This warehouse does not exist, or is not yours to see.`,
  unknown_unit: msg`This unit is not one of the product's units.`,
  unknown_order: msg`This order does not exist, or is not yours to see.`,
  // orders, receipts, shipments
  line_not_on_order: msg`This line is not on the order. Reload to see the order as it is now.`,
  no_lines: msg`There is nothing in it yet. Add at least one product.`,
  not_enough_stock: msg`There is not enough available stock. Ship less, or wait for the next receipt.`,
};

/** Facts that come with a refusal, in the order in which they are told. */
export const DETAILS: Record<string, MessageDescriptor> = {
  available: msg`available`,
  on_hand: msg`on hand`,
  requested: msg`asked for`,
  quantity: msg`entered`,
  decimals: msg`decimals allowed`,
};

export const UNKNOWN_REFUSAL = msg`The server did not accept this. Nothing was changed.`;
