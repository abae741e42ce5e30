CREATE SCHEMA saas_app;
SET search_path TO saas_app;
CREATE TABLE "accounts" (
  "id" uuid,
  "name" text,
  "slug" text,
  "plan" text,
  "billing_email" text,
  "stripe_customer_id" text,
  "settings" jsonb,
  "tax_ids" jsonb,
  "created_at" timestamptz,
  "logo_url" text,
  "domain" text,
  "timezone" text,
  "trial_ends_on" date,
  "feature_flags" text[],
  "owner_user_id" uuid
);
CREATE TABLE "users" (
  "id" uuid,
  "account_id" uuid,
  "email" text,
  "display_name" text,
  "avatar" text,
  "password_digest" text,
  "totp_secret" text,
  "recovery_codes" text[],
  "last_seen_ip" inet,
  "last_seen_at" timestamptz,
  "locale" text,
  "profile" jsonb,
  "google_uid" text,
  "invitation_token" text,
  "role" text,
  "email_verified" boolean,
  "marketing_opt_in" boolean,
  "sign_in_count" integer,
  "pronouns" text,
  "job_role" text,
  "phone_e164" text
);
CREATE TABLE "events" (
  "id" bigint,
  "event_name" text,
  "actor_id" uuid,
  "ip" text,
  "ua" text,
  "payload" jsonb,
  "context" jsonb,
  "anonymous_id" text,
  "session_ref" text,
  "url" text,
  "occurred_at" timestamptz,
  "duration_ms" integer
);
CREATE TABLE "support_tickets" (
  "id" bigint,
  "requester" text,
  "requester_mail" text,
  "subject" text,
  "body" text,
  "priority" text,
  "tags" text[],
  "csat" smallint,
  "cc" text[],
  "assignee_handle" text,
  "attachment_sha256" text,
  "custom_fields" jsonb
);
CREATE TABLE "integrations" (
  "id" uuid,
  "kind" text,
  "oauth_access_token" text,
  "oauth_refresh_token" text,
  "webhook_secret" text,
  "webhook_url" text,
  "scopes" text,
  "expires_at" timestamptz,
  "signing_key_pem" text,
  "dsn" text,
  "status" text,
  "error_message" text
);
