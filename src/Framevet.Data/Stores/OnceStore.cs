using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>What happens once in the life of an installation, whatever number of nodes starts. Thread-safe.</summary>
public sealed class OnceStore
{
    private const string Prefix = "once:";

    private readonly WriteGate _gate;

    internal OnceStore(WriteGate gate) => _gate = gate;

    /// <summary>Whether the caller is the one to do it: true for the first who asks, false for everybody after.</summary>
    public Task<bool> TryBeginAsync(string what, CancellationToken ct) => _gate.StepAsync(
        async (scope, token) => await scope.Command("""INSERT INTO "Markers" ("Name", "Value") VALUES (@name, 1) ON CONFLICT ("Name") DO NOTHING""").With("@name", Prefix + what).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);

    /// <summary>It could not be done: the next who asks is the one.</summary>
    public Task ForgetAsync(string what, CancellationToken ct)
    {
        var name = Prefix + what;
        return _gate.StepAsync((scope, token) => scope.Db.Markers.Where(m => m.Name == name).ExecuteDeleteAsync(token), ct);
    }
}
