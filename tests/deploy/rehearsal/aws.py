"""
Makes AWS calls with botocore, which MiniStack brings along: takes [[service, operation, parameters], …] as JSON on
standard input, prints their answers, with all pages of those that have pages. Names are botocore's (`list_tables`).
"""
import json
import sys

from botocore.config import Config
from botocore.session import get_session


def call(service, operation, parameters):
    client = session.create_client(service, config=Config(retries={"total_max_attempts": 3}))
    if client.can_paginate(operation):
        return client.get_paginator(operation).paginate(**parameters).build_full_result()
    return getattr(client, operation)(**parameters)


session = get_session()
json.dump([call(*each) for each in json.load(sys.stdin)], sys.stdout, default=str)
