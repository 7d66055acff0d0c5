"""Prints what an AWS account holds of one stage, as JSON. The endpoint comes from AWS_ENDPOINT_URL."""

import ast
import json
import sys

import boto3


def statements(document: dict | str) -> list:
    """moto gives documents that came through CloudFormation as the text of a Python dictionary."""
    return (document if isinstance(document, dict) else ast.literal_eval(document))["Statement"]


def main(prefix: str) -> None:
    functions = boto3.client("lambda").list_functions()["Functions"]
    iam = boto3.client("iam")
    logs = boto3.client("logs").describe_log_groups()["logGroups"]
    roles = {}
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        roles[name] = {
            policy: statements(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        }
    stacks = boto3.client("cloudformation").describe_stacks()["Stacks"]
    print(
        json.dumps(
            {
                "stacks": {stack["StackName"]: stack["StackStatus"] for stack in stacks},
                "functions": {
                    function["FunctionName"]: {
                        "runtime": function["Runtime"],
                        "handler": function["Handler"],
                        "memory": function["MemorySize"],
                        "timeout": function["Timeout"],
                        "role": function["Role"].split("/")[-1],
                        "codeSha256": function["CodeSha256"],
                        "environment": function.get("Environment", {}).get("Variables", {}),
                    }
                    for function in functions
                    if function["FunctionName"].startswith(prefix)
                },
                "roles": roles,
                "logGroups": {group["logGroupName"]: group.get("retentionInDays") for group in logs},
                "buckets": [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]],
            }
        )
    )


main(sys.argv[1])
