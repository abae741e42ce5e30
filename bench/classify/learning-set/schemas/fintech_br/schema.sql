CREATE SCHEMA fintech_br;
SET search_path TO fintech_br;
CREATE TABLE "contas" (
  "conta_id" uuid,
  "nome_titular" text,
  "cpf_cnpj" text,
  "nome_mae" text,
  "dt_nasc" date,
  "celular" text,
  "logradouro" text,
  "bairro" text,
  "cidade" text,
  "cep" text,
  "agencia" text,
  "nr_conta" text,
  "chave_pix" text,
  "renda_mensal" numeric(10,2),
  "score_serasa" integer,
  "saldo" numeric(12,2),
  "senha_hash" text,
  "selfie_url" text,
  "dispositivo_id" text,
  "pep" boolean,
  "criado_em" timestamptz,
  "situacao" text,
  "tipo_conta" text
);
CREATE TABLE "cartoes" (
  "id" bigint,
  "pan" text,
  "nome_impresso" text,
  "validade" text,
  "cvv" text,
  "final" text,
  "bandeira" text,
  "limite" numeric(10,2),
  "dia_vencimento" smallint,
  "token_rede" text,
  "cor" text
);
CREATE TABLE "transacoes" (
  "id" bigint,
  "descricao" text,
  "valor" numeric(10,2),
  "favorecido" text,
  "doc_favorecido" text,
  "ip_origem" text,
  "geo" text,
  "mcc" char(4),
  "estabelecimento" text,
  "nsu" text,
  "metadata" jsonb,
  "data_hora" timestamptz
);
