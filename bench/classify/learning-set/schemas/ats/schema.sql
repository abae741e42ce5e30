CREATE SCHEMA ats;
SET search_path TO ats;
CREATE TABLE "Candidate" (
  "candidateId" uuid,
  "givenName" text,
  "surname" text,
  "preferredPronouns" text,
  "primaryEmail" text,
  "cellPhone" text,
  "linkedinUrl" text,
  "githubHandle" text,
  "currentEmployer" text,
  "currentTitle" text,
  "desiredCompensation" integer,
  "workAuthorization" text,
  "veteranStatus" text,
  "eeoRace" text,
  "disabilitySelfId" text,
  "resumeText" text,
  "highestDegree" text,
  "referredBy" text,
  "source" text,
  "stage" text,
  "lastContactedAt" timestamptz,
  "rating" smallint,
  "gdprConsent" boolean
);
CREATE TABLE "JobPosting" (
  "postingId" integer,
  "title" text,
  "department" text,
  "salaryMin" integer,
  "salaryMax" integer,
  "hiringManagerName" text,
  "officeCity" text,
  "remoteAllowed" boolean,
  "descriptionHtml" text,
  "externalUrl" text,
  "viewCount" integer,
  "closesOn" date
);
CREATE TABLE "Interview" (
  "interviewId" integer,
  "interviewerEmail" text,
  "scorecard" jsonb,
  "feedback" text,
  "meetingLink" text,
  "dialInPin" text,
  "durationMinutes" smallint,
  "roomName" text
);
