"""What requests need beyond what JSON Schema can say, so that each that ought to be valid is.

The document says it in words: a cursor comes from the list it is sent to, `minVersion` and `asOf` exclude each
other, a range has an order and a longest length, an amount has as many decimals as its currency, an order has a
highest total, and one Idempotency-Key is for one command.
"""

import uuid

import schemathesis


# Of the catalogue with which the local run starts; the orders below take these.
MUG, TEA = "MUG-01", "TEA-01"


@schemathesis.hook
def before_call(context, case, kwargs):
    # It knows them from answers, and an order of a product that was withdrawn is not valid.
    sku = (case.path_parameters or {}).get("sku")
    if case.operation.path == "/products/{sku}/withdraw" and sku in (MUG, TEA):
        case.path_parameters["sku"] = "WITHDRAWN-01"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.query:
        mend_query(case.query)
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    # Between operations it makes up a version whatever the header's pattern says.
    if case.headers and case.headers.get("If-Match", "*").strip('"') == "0":
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        for field in ("price", "amount"):
            if field in case.body:
                case.body[field] = round(case.body[field], 2)
        # It may become the price of a product that the orders below take: a hundred items of them stay below the highest total.
        if "price" in case.body:
            case.body["price"] = min(case.body["price"], 1_000_000)
        for item in case.body.get("items", []):
            mend_item(item)


def mend_query(query):
    query.pop("cursor", None)
    if "minVersion" in query:
        query.pop("asOf", None)
    if "from" in query and "to" in query:
        query["to"] = query["from"]
    elif "from" in query:
        query["from"] = "2026-11-23T00:00:00Z"
        query["to"] = "2026-11-24T00:00:00Z"


def mend_item(item):
    item["sku"] = MUG if item["quantity"] % 2 else TEA
    item["quantity"] = min(item["quantity"], 9)
    # The price is whatever the catalogue says: another one is a 409.
    item.pop("unitPrice", None)
