"""One session of psycopg 3 through the gateway; prints what it saw as JSON."""

import json
import sys

import psycopg

seen = {}
with psycopg.connect(sys.argv[1]) as connection:
    seen["masked"] = connection.execute("select email, phone, city from customers where id = %s", (3,)).fetchone()
    # The sixth run of a query is prepared on the server; another one lets the oldest be deallocated.
    connection.prepare_threshold = 1
    connection.prepared_max = 2
    for number in range(12):
        columns = ", ".join(["id"] * (1 + number % 4))
        for _ in range(3):
            connection.execute(f"select {columns} from orders where id = %s", (7,)).fetchone()
    connection.commit()
    with connection.cursor(binary=True) as cursor:
        seen["binary"] = cursor.execute("select id, total from orders where id = %s", (4,)).fetchone()
    with connection.cursor(name="portions") as cursor:
        cursor.execute("select id from orders order by id")
        seen["portions"] = [len(cursor.fetchmany(700)) for _ in range(4)]
    with connection.cursor() as cursor:
        with cursor.copy("copy (select email from customers) to stdout") as copy:
            seen["copied"] = b"".join(copy).decode()
    connection.commit()
    with connection.pipeline():
        results = [connection.execute("select %s::int", (number,)) for number in range(20)]
    seen["pipeline"] = [result.fetchone()[0] for result in results]
    try:
        connection.execute("vacuum")
    except psycopg.Error as error:
        seen["refused"] = error.sqlstate
    connection.rollback()
    with connection.transaction():
        connection.execute("update orders set total = 5 where id = 2000")
    seen["after"] = connection.execute("select total from orders where id = 2000").fetchone()
print(json.dumps(seen, default=str))
