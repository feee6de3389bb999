# Verifies evidence of Loopwright with securesystemslib, in-toto-attestation and OpenSSF's model_signing.
# Reads one JSON document with the cases, prints one with the outcomes.
import contextlib
import io
import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
import model_signing
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey


def dsse(case):
    envelope = Envelope.from_dict(json.loads(pathlib.Path(case["envelope"]).read_text()))
    public = load_pem_public_key(pathlib.Path(case["publicKey"]).read_bytes())
    (keyid,) = envelope.signatures.keys()
    envelope.verify([SSlibKey.from_crypto(public, keyid)], 1)
    fields = json.loads(envelope.payload)
    Statement.copy_from_pb(json_format.Parse(envelope.payload, statement_pb2.Statement())).validate()
    return {"type": envelope.payload_type, "subjects": len(fields["subject"]), "keyid": keyid}


def model(case):
    with contextlib.redirect_stdout(io.StringIO()):
        model_signing.verifying.Config().use_elliptic_key_verifier(public_key=pathlib.Path(case["publicKey"])).verify(
            pathlib.Path(case["model"]), pathlib.Path(case["signature"])
        )
    return {"ok": True}


def outcome(case):
    try:
        return {"dsse": dsse, "model": model}[case["kind"]](case)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps([outcome(case) for case in json.load(sys.stdin)]))
