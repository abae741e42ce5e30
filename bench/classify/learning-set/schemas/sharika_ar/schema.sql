CREATE SCHEMA sharika_ar;
SET search_path TO sharika_ar;
CREATE TABLE "muwazzaf" (
  "raqm_wazifi" text,
  "ism_awwal" text,
  "ism_aila" text,
  "tarikh_milad" date,
  "jinsiya" text,
  "jins" text,
  "raqm_hawiya" text,
  "raqm_jawaz" text,
  "jawwal" text,
  "barid_iliktruni" text,
  "unwan" text,
  "madina" text,
  "ratib_asasi" integer,
  "hisab_banki" text,
  "hala_ijtimaiya" text,
  "qism" text,
  "tarikh_taeen" date
);
