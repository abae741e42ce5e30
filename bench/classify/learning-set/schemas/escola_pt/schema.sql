CREATE SCHEMA escola_pt;
SET search_path TO escola_pt;
CREATE TABLE "alunos" (
  "num_processo" integer,
  "nome_completo" text,
  "data_nascimento" date,
  "naturalidade" text,
  "sexo" char(1),
  "nif" char(9),
  "num_utente_sns" char(9),
  "cartao_cidadao" varchar(14),
  "morada" text,
  "cod_postal" varchar(8),
  "localidade" text,
  "enc_educacao" text,
  "parentesco_ee" text,
  "telem_ee" text,
  "mail_ee" text,
  "escalao_ase" char(1),
  "nee" boolean,
  "alergias" text,
  "ed_moral_relig" boolean,
  "turma" varchar(5),
  "ano_letivo" char(9),
  "fotografia" bytea,
  "grupo_sang" varchar(3)
);
CREATE TABLE "docentes" (
  "num_mec" char(6),
  "nome" text,
  "grupo_recrut" char(3),
  "habilitacoes" text,
  "indice_venc" smallint,
  "vencimento" numeric(8,2),
  "niss" char(11),
  "iban_venc" varchar(34),
  "sindicato" text,
  "aval_desempenho" text,
  "dias_faltas" smallint,
  "horas_letivas" smallint
);
CREATE TABLE "refeitorio" (
  "cod_prato" char(4),
  "nome_prato" text,
  "calorias" smallint,
  "peso_g" smallint,
  "alergenios" text,
  "idade_min" smallint,
  "preco" numeric(5,2),
  "fornecedor" text,
  "validade" date
);
