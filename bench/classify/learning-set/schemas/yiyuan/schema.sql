CREATE SCHEMA yiyuan;
SET search_path TO yiyuan;
CREATE TABLE "bingren" (
  "bingren_id" integer,
  "xingming" varchar(20),
  "xingbie" char(1),
  "chusheng_riqi" date,
  "sfzh" char(18),
  "minzu" varchar(10),
  "hunyin" varchar(6),
  "shoujihao" varchar(11),
  "jiatingzhuzhi" varchar(80),
  "youbian" char(6),
  "lianxiren" varchar(20),
  "lxr_dianhua" varchar(11),
  "yibaokahao" varchar(12),
  "zhuyuanhao" varchar(10),
  "zhenduan" varchar(40),
  "guominshi" varchar(40),
  "xuexing" char(2),
  "shengao" numeric(4,1),
  "tizhong" numeric(4,1),
  "ruyuan_riqi" date,
  "chuanghao" varchar(5),
  "yishi" varchar(20),
  "keshi" varchar(20),
  "feiyong" numeric(9,2)
);
