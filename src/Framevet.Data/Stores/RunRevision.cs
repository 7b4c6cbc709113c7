using Framevet.Pipeline;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Stores;

/// <summary>The number that rises with every stored change of a run.</summary>
internal static class RunRevision
{
    /// <summary>
    /// Raises it by the number of changed frames, at least one, and returns the new value. The frames take the numbers
    /// <c>new - changes + 1 .. new</c>, each its own: so a client that reads changes page by page never stops in the middle of a number.
    /// </summary>
    /// <exception cref="VettingException">NotFound: no such run.</exception>
    public static async Task<long> RaiseAsync(WriteScope scope, RunId run, int changes, CancellationToken ct) =>
        await scope.Command("""UPDATE "Runs" SET "Revision" = "Revision" + @by WHERE "Id" = @id RETURNING "Revision" """)
            .With("@id", run).With("@by", Math.Max(1, changes)).NumberAsync(ct).ConfigureAwait(false)
        ?? throw new VettingException(FailureCode.NotFound, "This run does not exist.", $"run {run}");
}
