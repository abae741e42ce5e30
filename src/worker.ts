#!/usr/bin/env node
import 'reflect-metadata';
import { ScrubjayError } from './domain/errors.js';
import { runWorker } from './service/run-worker.js';

/** `npm run worker`: does the service's jobs. Any number of them may run, on any number of machines. */
try {
  await runWorker(process.env);
} catch (error) {
  if (!(error instanceof ScrubjayError)) throw error;
  console.error(`${error.code}: ${error.message}\n  ${error.hint}`);
  process.exitCode = 1;
}
