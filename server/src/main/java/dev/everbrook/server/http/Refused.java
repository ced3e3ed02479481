package dev.everbrook.server.http;

/** Why the head of a request is not taken, where the decoder itself says so. */
final class Refused extends RuntimeException {

  private final int status;

  Refused(int status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  HttpFailure failure() {
    return new HttpFailure(status, String.valueOf(getMessage()));
  }
}
