import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One session of pgJDBC through the gateway; prints what it saw, one fact a line. */
public class JdbcSession {
  public static void main(String[] arguments) throws SQLException {
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      try (PreparedStatement query =
          connection.prepareStatement("select email, phone, city from customers where id = ?")) {
        // From the fifth run on it is prepared on the server, and values come in binary form.
        for (int run = 0; run < 8; run++) {
          query.setInt(1, 3);
          try (ResultSet rows = query.executeQuery()) {
            rows.next();
            if (run % 7 == 0) {
              System.out.println("masked " + rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3));
            }
          }
        }
      }
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(300);
        int count = 0;
        try (ResultSet rows = statement.executeQuery("select id from orders order by id")) {
          while (rows.next()) count++;
        }
        System.out.println("portions " + count);
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("vacuum");
      } catch (SQLException refused) {
        System.out.println("refused " + refused.getSQLState());
      }
      connection.rollback();
      try (PreparedStatement update = connection.prepareStatement("update orders set total = ? where id = ?")) {
        for (int id = 1990; id < 2000; id++) {
          update.setBigDecimal(1, new java.math.BigDecimal("1.50"));
          update.setInt(2, id);
          update.addBatch();
        }
        System.out.println("batch " + update.executeBatch().length);
      }
      connection.commit();
      DatabaseMetaData catalog = connection.getMetaData();
      try (ResultSet tables = catalog.getTables(null, "shop", "%", new String[] {"TABLE"})) {
        while (tables.next()) System.out.println("table " + tables.getString("TABLE_NAME"));
      }
      try (ResultSet columns = catalog.getColumns(null, "shop", "orders", "%")) {
        while (columns.next()) System.out.println("column " + columns.getString("COLUMN_NAME"));
      }
      try (ResultSet keys = catalog.getPrimaryKeys(null, "shop", "orders")) {
        while (keys.next()) System.out.println("key " + keys.getString("COLUMN_NAME"));
      }
    }
  }
}
