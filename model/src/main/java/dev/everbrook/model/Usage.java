package dev.everbrook.model;

/**
 * Tokens that a call used, as the provider counted them.
 *
 * @param cachedTokens those of the input that the provider had in its cache; 0 if it does not say
 * @param reasoningTokens those of the output that were reasoning; 0 if it does not say
 */
public record Usage(long inputTokens, long outputTokens, long cachedTokens, long reasoningTokens) {
  public Usage {
    if (Math.min(Math.min(inputTokens, outputTokens), Math.min(cachedTokens, reasoningTokens))
        < 0) {
      throw new IllegalArgumentException("token counts must not be negative");
    }
  }

  boolean isNothing() {
    return inputTokens == 0 && outputTokens == 0;
  }

  public Usage(long inputTokens, long outputTokens) {
    this(inputTokens, outputTokens, 0, 0);
  }
}
