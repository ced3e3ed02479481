package dev.everbrook.model;

/**
 * The tokens of a call, by the provider's count.
 *
 * @param cachedTokens the input tokens from the provider's cache; 0 if unknown
 * @param reasoningTokens the output tokens of reasoning; 0 if unknown
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
