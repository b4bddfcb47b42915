"""
Runs MiniStack, with what version 1.5.33 does otherwise than AWS mended as far as the rehearsal meets it. Ends with all
that it has started, and removes its folder, when its standard input ends: however whoever started it has ended.
"""
import os
import re
import shutil
import signal
import sys
import threading

from ministack.core import iam_actions, iam_evaluator, lambda_runtime

# Types of resources that it does not know.
UNKNOWN_TYPES = ["AWS::Backup::BackupSelection", "AWS::Logs::QueryDefinition", "AWS::XRay::ResourcePolicy"]

# Batches have no actions of their own in IAM: what each entry needs is checked under the single call's name.
SINGLE_ACTIONS = {
    "sns:PublishBatch": "sns:Publish",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    # Ours are inserts.
    "dynamodb:BatchExecuteStatement": "dynamodb:PartiQLInsert",
}

# In JSON, as shared/kit/aws/insert-items.ts writes it.
INSERT = re.compile(r'"Statement":"INSERT INTO \\"([^"]+)\\" VALUE')

SESSION = re.compile(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.*")


def find_cjs_handlers():
    """Lambda's Node finds a handler in .js, .mjs and .cjs files; MiniStack's in the first two only."""
    known = 'fullPath + ".mjs"'
    if known not in lambda_runtime._NODEJS_WORKER_SCRIPT:
        sys.exit("MiniStack finds handlers otherwise than in 1.5.33: look at this repair again.")
    both = '[".mjs", ".cjs"].map((end) => fullPath + end).find((path) => fs.existsSync(path)) || fullPath'
    lambda_runtime._NODEJS_WORKER_SCRIPT = lambda_runtime._NODEJS_WORKER_SCRIPT.replace(known, both)


def check_batches_as_their_entries():
    extract = iam_actions.extract_iam_action

    def extract_iam_action(*args, **kwargs):
        action = extract(*args, **kwargs)
        return SINGLE_ACTIONS.get(action, action)

    iam_actions.extract_iam_action = extract_iam_action

    resources = iam_actions.dynamodb_resource_arns

    def dynamodb_resource_arns(body, region, account_id):
        tables = set(INSERT.findall((body or b"").decode()))
        inserted = [f"arn:aws:dynamodb:{region}:{account_id}:table/{table}" for table in sorted(tables)]
        return resources(body, region, account_id) or inserted

    iam_actions.dynamodb_resource_arns = dynamodb_resource_arns


def take_requests_for_tls():
    """It speaks HTTP here; whoever asks over HTTP must not be turned away by the stack's policies for that."""
    origin = iam_evaluator._request_origin

    class OverTls:
        set = origin.set

        def get(self):
            return origin.get()[0], True

    iam_evaluator._request_origin = OverTls()


def name_roles_in_conditions():
    """aws:PrincipalArn of a role's session is the role's own ARN; MiniStack gives the session's."""
    resolve = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key, ctx):
        value = resolve(key, ctx)
        session = key.lower() == "aws:principalarn" and SESSION.fullmatch(value or "")
        return f"arn:aws:iam::{session[1]}:role/{session[2]}" if session else value

    iam_evaluator._resolve_condition_key = resolve_condition_key


def wait_for_last_log_lines():
    """It takes a function's log 5 ms after a line; later ones would wait for the next invocation."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    names = drain.__code__.co_varnames[1 : drain.__code__.co_argcount]
    if names != ("first_line_wait", "idle_confirm", "hard_cap"):
        sys.exit("MiniStack reads logs otherwise than in 1.5.33: look at this repair again.")
    drain.__defaults__ = (0.3, 0.2, 2.0)


def note_what_it_cannot_make():
    """It refuses whole templates for one such resource: these are noted as made, and nothing is."""
    from ministack.services.cloudformation import provisioners

    def note(logical_id, properties, stack_name):
        name = f"{stack_name}-{logical_id}"
        return name, {"Arn": f"arn:aws:cloudformation:::noted/{name}"}

    handlers = provisioners._RESOURCE_HANDLERS
    for resource_type in UNKNOWN_TYPES:
        if resource_type in handlers:
            sys.exit(f"MiniStack knows {resource_type} now: this repair can go.")
        handlers[resource_type] = {"create": note, "delete": lambda physical_id, properties: None}

    alarm = handlers["AWS::CloudWatch::Alarm"]
    create = alarm["create"]
    alarm["create"] = lambda logical_id, properties, stack_name: (
        note if "Metrics" in properties else create
    )(logical_id, properties, stack_name)


def end_with_standard_input():
    sys.stdin.read()
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    find_cjs_handlers()
    check_batches_as_their_entries()
    take_requests_for_tls()
    name_roles_in_conditions()
    wait_for_last_log_lines()
    note_what_it_cannot_make()
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    from ministack.app import main

    main()
