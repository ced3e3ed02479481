package dev.everbrook.engine.job;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The way to a database, on which replies can be held up, and statements lost, by pieces of their
 * text, which is followed by what was bound to them, " :" before each. A commit is the text {@value
 * #COMMIT} and that of the last statement before it.
 */
public final class Wire {

  public static final String COMMIT = "COMMIT after ";

  /** What happens to statements that contain a text. */
  private interface Rule {
    void before(String text) throws SQLException;

    void after(String text) throws SQLException;
  }

  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Map<String, Borrowing> borrowing = new ConcurrentHashMap<>();

  /** A reply that was held up: the statement has done its work, and its sender waits. */
  public static final class Held {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    public void await() throws InterruptedException {
      if (!reached.await(JobsTest.WAIT_S, TimeUnit.SECONDS)) {
        throw new AssertionError("no such statement came");
      }
    }

    public boolean isReached() {
      return reached.getCount() == 0;
    }

    public void release() {
      released.countDown();
    }
  }

  /** Holds up the reply to the first statement that contains all these texts. */
  public Held holdReply(String... texts) {
    Held held = new Held();
    AtomicInteger times = new AtomicInteger();
    rules.add(
        new Rule() {
          @Override
          public void before(String sent) {}

          @Override
          public void after(String sent) throws SQLException {
            if (Arrays.stream(texts).allMatch(sent::contains) && times.getAndIncrement() == 0) {
              held.reached.countDown();
              try {
                held.released.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException("interrupted", "08006", e);
              }
            }
          }
        });
    return held;
  }

  /** Loses so many statements that contain the text, before they reach the database. */
  public AtomicInteger lose(int times, String... texts) {
    AtomicInteger left = new AtomicInteger(times);
    rules.add(
        new Rule() {
          @Override
          public void before(String sent) throws SQLException {
            breakAt(sent, texts, left);
          }

          @Override
          public void after(String sent) {}
        });
    return left;
  }

  /** The same after they have done their work. */
  public AtomicInteger loseReply(int times, String... texts) {
    AtomicInteger left = new AtomicInteger(times);
    rules.add(
        new Rule() {
          @Override
          public void before(String sent) {}

          @Override
          public void after(String sent) throws SQLException {
            breakAt(sent, texts, left);
          }
        });
    return left;
  }

  private static void breakAt(String sent, String[] texts, AtomicInteger left) throws SQLException {
    if (Arrays.stream(texts).allMatch(sent::contains)
        && left.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
      throw new SQLException("the connection broke", "08006");
    }
  }

  /** Makes each statement that contains the text take so much longer. */
  public void slowDown(String text, Duration longer) {
    rules.add(
        new Rule() {
          @Override
          public void before(String sent) {}

          @Override
          public void after(String sent) {
            if (sent.contains(text)) {
              LockSupport.parkNanos(longer.toNanos());
            }
          }
        });
  }

  /** Counts the statements from now on that contain the text, once they are through. */
  public AtomicInteger count(String text) {
    AtomicInteger seen = new AtomicInteger();
    rules.add(
        new Rule() {
          @Override
          public void before(String sent) {}

          @Override
          public void after(String sent) {
            if (sent.contains(text)) {
              seen.incrementAndGet();
            }
          }
        });
    return seen;
  }

  /** What a thread gets instead of a connection. */
  public interface Borrowing {
    @Nullable Connection of(Connection connection) throws SQLException;
  }

  /** What threads of this name get from now on. */
  public void borrowing(String thread, Borrowing instead) {
    borrowing.put(thread, instead);
  }

  public DataSource over(DataSource source) {
    return proxy(
        DataSource.class,
        (method, values) -> {
          Borrowing instead = borrowing.get(Thread.currentThread().getName());
          if (instead != null && method.getName().equals("getConnection")) {
            Connection connection = source.getConnection();
            boolean given = false;
            try {
              Connection got = instead.of(connection);
              given = got != null;
              return given ? over(connection) : null;
            } finally {
              if (!given) {
                connection.close();
              }
            }
          }
          Object made = method.invoke(source, values);
          return made instanceof Connection connection ? over(connection) : made;
        });
  }

  private Connection over(Connection connection) {
    String[] last = {""};
    return proxy(
        Connection.class,
        (method, values) -> {
          if (method.getName().equals("prepareStatement")) {
            last[0] = (String) values[0];
            return over((PreparedStatement) method.invoke(connection, values), last[0]);
          }
          return method.getName().equals("commit")
              ? ruled(COMMIT + last[0], () -> method.invoke(connection, values))
              : method.invoke(connection, values);
        });
  }

  private PreparedStatement over(PreparedStatement statement, String sql) {
    StringBuilder text = new StringBuilder(sql);
    return proxy(
        PreparedStatement.class,
        (method, values) -> {
          if (method.getName().equals("setObject")) {
            text.append(" :").append(values[1]);
          }
          return method.getName().startsWith("execute")
              ? ruled(text.toString(), () -> method.invoke(statement, values))
              : method.invoke(statement, values);
        });
  }

  private interface Call {
    Object make() throws ReflectiveOperationException;
  }

  private Object ruled(String text, Call call) throws SQLException, ReflectiveOperationException {
    for (Rule rule : rules) {
      rule.before(text);
    }
    Object made = call.make();
    for (Rule rule : rules) {
      rule.after(text);
    }
    return made;
  }

  private interface Answering {
    @Nullable Object answer(java.lang.reflect.Method method, Object[] values) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Answering answering) {
    InvocationHandler handler =
        (_, method, values) -> {
          try {
            return answering.answer(method, values);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
