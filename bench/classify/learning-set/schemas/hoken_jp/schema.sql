CREATE SCHEMA hoken_jp;
SET search_path TO hoken_jp;
CREATE TABLE "keiyakusha" (
  "keiyaku_no" varchar(12),
  "shimei_kanji" varchar(30),
  "shimei_kana" varchar(30),
  "seibetsu" char(1),
  "seinen_gappi" char(8),
  "yubin" char(8),
  "todofuken" varchar(10),
  "shikuchoson" varchar(20),
  "banchi" varchar(30),
  "keitai" varchar(13),
  "meado" varchar(60),
  "kinmusaki" varchar(40),
  "nenshu" integer,
  "uketorinin" varchar(30),
  "zokugara" varchar(6),
  "koza_bango" char(7),
  "ginko_code" char(4),
  "kiou_reki" varchar(60),
  "kitsuen" boolean,
  "hokenryo" integer,
  "keiyakubi" date,
  "tantosha" varchar(20)
);
