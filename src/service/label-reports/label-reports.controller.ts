import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, pageSchema } from '../http/answers.js';
import { type Page, type PageQuery, pageQuery } from '../http/pages.js';
import { QueryOf } from '../http/validated.js';
import { type ReviewView, reviewView } from '../labels/label.js';
import {
  type ChangesQuery,
  changesQuery,
  type CoverageReport,
  coverageReport,
  type InventoryQuery,
  inventoryQuery,
  type InventoryReport,
  inventoryReport,
} from './label-report.js';
import { LabelReports } from './label-reports.js';

@ApiTags('label reports')
@Controller('label-reports')
@Requires('label:read')
export class LabelReportsController {
  constructor(private readonly reports: LabelReports) {}

  /** What is where: columns by information type and data source. */
  @Get('inventory')
  @Answers(200, 'Information types and where they are', inventoryReport)
  inventory(
    @CallerOf() caller: Caller,
    @QueryOf(inventoryQuery) query: InventoryQuery,
  ): Promise<InventoryReport> {
    return this.reports.inventory(caller, query);
  }

  /** How much of each data source is scanned and decided. */
  @Get('coverage')
  @Answers(200, 'A page of data sources with their figures', pageSchema(coverageReport))
  coverage(@CallerOf() caller: Caller, @QueryOf(pageQuery) query: PageQuery): Promise<Page<CoverageReport>> {
    return this.reports.coverage(caller, query);
  }

  /** What scans found and people said since a time. */
  @Get('changes')
  @Answers(200, 'A page of changes, oldest first', pageSchema(reviewView))
  changes(@CallerOf() caller: Caller, @QueryOf(changesQuery) query: ChangesQuery): Promise<Page<ReviewView>> {
    return this.reports.changes(caller, query);
  }
}
