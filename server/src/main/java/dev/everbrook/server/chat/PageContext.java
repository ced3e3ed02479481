package dev.everbrook.server.chat;

/**
 * The data about the server on every page.
 *
 * @param modelName the provider's name of the answering model
 * @param simulated whether that model is the built-in simulator
 */
public record PageContext(String modelName, boolean simulated) {}
