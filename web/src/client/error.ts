/** The server refused or failed, and said so in words. `status` is its HTTP status. */
export class ChatError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** The chat that holds the question, where it was stored before the failure. */
    readonly chatId: string | null = null,
  ) {
    super(message);
    this.name = "ChatError";
  }

  /** Whether the cause may go by itself, so that the same call succeeds later. */
  get mayPass(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }

  static async of(response: Response): Promise<ChatError> {
    const body: unknown = await response.json().catch(() => null);
    const message = (body as { message?: unknown } | null)?.message;
    return new ChatError(
      typeof message === "string" && message !== "" ? message : `The server answered ${response.status}`,
      response.status,
      response.headers.get("Everbrook-Chat"),
    );
  }
}
