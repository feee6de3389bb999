"""Reads gates as JUnit's XML by public schemas, and as OpenLineage's events by its own client."""

import sys, json, xmlschema
from openlineage.client.event_v2 import RunEvent, Run, Job, RunState
from openlineage.client.facet_v2 import test_run
given = json.load(sys.stdin)
for xsd in given['xsds']:
    schema = xmlschema.XMLSchema(xsd)
    for text in given['xmls']:
        schema.validate(text)
for event in given['events']:
    facet = event['run']['facets']['test']
    tests = [test_run.TestExecution(**one) for one in facet['tests']]
    assert facet['_schemaURL'] == test_run.TestRunFacet._get_schema(), test_run.TestRunFacet._get_schema()
    facet = test_run.TestRunFacet(tests=tests, producer=facet['_producer'])
    RunEvent(eventType=RunState(event['eventType']), eventTime=event['eventTime'], producer=event['producer'],
        run=Run(runId=event['run']['runId'], facets={'test': facet}), job=Job(**event['job']))
    print([(t.name, t.status, t.type, t.expected, t.actual) for t in tests])
