/** Wrong arguments: shown in one line that says where to read on; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly suggestion: string | undefined
  constructor(message: string, suggestion?: string) {
    super(message)
    this.suggestion = suggestion
  }
}
