package org.striatum.spark;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/// Hands what Spark says of the jobs of one round to the thread that waits for it, in Spark's order.
///
/// @see SparkRound
final class TaskEvents extends SparkListener {
  /// Local property of Spark that says which unit of which round a job is.
  static final String UNIT = "striatum.unit";

  private final String round;
  private final BlockingQueue<Event> events;
  private final Map<Integer, Integer> jobs = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> stages = new ConcurrentHashMap<>();

  /// @param round its jobs are named after it
  TaskEvents(String round, BlockingQueue<Event> events) {
    this.round = round;
    this.events = events;
  }

  /// What becomes of a unit.
  sealed interface Event {
    /// Its number in the round.
    int unit();

    /// Its task begins.
    record Begun(int unit, String where) implements Event {}

    /// Its task is no longer with an executor.
    record Left(int unit) implements Event {}

    /// Its job has ended.
    record Done(int unit) implements Event {}
  }

  /// Of a unit of a round.
  static String name(String round, int unit) {
    return round + "/" + unit;
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    String name = job.properties().getProperty(UNIT, "");
    if (name.startsWith(round + "/")) {
      int unit = Integer.parseInt(name.substring(round.length() + 1));
      jobs.put(job.jobId(), unit);
      job.stageInfos().foreach(stage -> stages.put(stage.stageId(), unit));
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart task) {
    Integer unit = stages.get(task.stageId());
    if (unit != null) {
      events.add(new Event.Begun(unit, task.taskInfo().host() + ", executor " + task.taskInfo().executorId()));
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    Integer unit = stages.get(task.stageId());
    if (unit != null) {
      events.add(new Event.Left(unit));
    }
  }

  @Override
  public void onJobEnd(SparkListenerJobEnd job) {
    Integer unit = jobs.get(job.jobId());
    if (unit != null) {
      events.add(new Event.Done(unit));
    }
  }
}
