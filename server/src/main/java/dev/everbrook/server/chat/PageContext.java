package dev.everbrook.server.chat;

/**
 * What every page says about the server.
 *
 * @param modelName the model that answers, as its provider names it
 * @param simulated whether that model is the built-in simulator
 */
public record PageContext(String modelName, boolean simulated) {}
