"""The API as it is, with one more address: the page of `list_products` as somebody would write it for that page alone.

uvicorn infra.bench.by_hand:app
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.app import make_app
from api.auth import authenticate
from tenants.transaction import read_transaction

PAGE = """with page as (select * from product where $1::text is null or sku > $1 order by sku limit 101),
 shown as (select * from page order by sku limit 100)
select json_build_object('data', json_build_object('products', json_build_object(
 'pageInfo', json_build_object('endCursor', (select max(sku) from shown),
  'hasNextPage', (select count(*) > 100 from page)),
 'nodes', (select json_agg(json_build_object('id', p.id, 'sku', p.sku, 'name', p.name, 'spec', p.spec,
   'kind', upper(p.kind), 'active', p.active, 'price', trim_scale(p.price)::text,
   'referenceCost', trim_scale(p.reference_cost)::text, 'version', p.version, 'createdAt', p.created_at,
   'updatedAt', p.updated_at, 'unit', json_build_object('name', u.name),
   'stockLevels', (select coalesce(json_agg(json_build_object('onHand', trim_scale(b.on_hand)::text,
     'reserved', trim_scale(b.reserved)::text, 'location', json_build_object('code', l.code, 'name', l.name,
      'warehouse', json_build_object('code', w.code, 'name', w.name))) order by b.location_id), '[]')
    from stock_balance b join location l on l.id = b.location_id and l.kind = 'storage'
    join warehouse w on w.id = l.warehouse_id where b.product_id = p.id)) order by p.sku)
  from shown p join unit u on u.id = p.unit_id))))::text"""


async def page(request: Request) -> Response:
    caller = await authenticate(request)
    asked = orjson.loads(await request.body())
    async with read_transaction(caller.company) as door:
        text = await door.raw.fetchval(PAGE, asked["variables"]["after"])
    return Response(text, media_type="application/json")


app = make_app()
app.router.routes.insert(0, Route("/by-hand", page, methods=["POST"]))
