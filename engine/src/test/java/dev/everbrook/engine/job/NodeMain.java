package dev.everbrook.engine.job;

import dev.everbrook.postgres.Access;
import java.util.concurrent.CountDownLatch;

/**
 * A node whose jobs each leave a row in table {@code effect}, in the transaction that ends the job,
 * and one in {@code began} as soon as they begin.
 */
final class NodeMain {

  private NodeMain() {}

  public static void main(String[] args) throws InterruptedException {
    Access access =
        new Access(
            System.getenv("JOBS_URL"), System.getenv("JOBS_USER"), System.getenv("JOBS_PASSWORD"));
    String name = args[0];
    JobsNode node = new JobsNode(access);
    node.working(
        Integer.parseInt(args[1]),
        run -> {
          node.database.update("INSERT INTO began VALUES (?, ?, now())", run.job(), name);
          node.database.list("SELECT pg_sleep(0.02)", row -> true); // work that takes its time
          node.database.tx(tx -> {
            tx.update("INSERT INTO effect VALUES (?, ?, now())", run.job(), name);
            run.complete(tx, "");
            return true;
          });
          return new Outcome.Done();
        });
    new CountDownLatch(1).await();
  }
}
