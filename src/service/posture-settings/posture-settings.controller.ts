import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.js';
import { IdOf, JsonBody } from '../http/validated.js';
import { postureSettingsSchema, type PostureSettingsView } from './posture-setting.js';
import { PostureSettings } from './posture-settings.js';

@ApiTags('posture')
@Controller('data-sources/:id/posture-settings')
export class PostureSettingsController {
  constructor(private readonly settings: PostureSettings) {}

  @Get()
  @Requires('posture:read')
  @Answers(200, 'What the data source is judged by', postureSettingsSchema)
  get(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<PostureSettingsView> {
    return this.settings.get(caller, dataSourceId);
  }

  /** Says what no query can tell, and names the policy and, for a copy, production. Replaces all of it. */
  @Put()
  @Requires('posture-settings:change')
  @Answers(200, 'The settings, which count from the next run on', postureSettingsSchema)
  set(
    @CallerOf() caller: Caller,
    @IdOf('id') dataSourceId: string,
    @JsonBody(postureSettingsSchema) request: PostureSettingsView,
  ): Promise<PostureSettingsView> {
    return this.settings.set(caller, dataSourceId, request);
  }
}
