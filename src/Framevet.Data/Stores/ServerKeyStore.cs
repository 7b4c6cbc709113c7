using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Sealed keys of the server that all nodes share; what they are and how they are sealed is not known here. Thread-safe; the framework asks for keys synchronously.</summary>
public sealed class ServerKeyStore
{
    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;

    internal ServerKeyStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) => (_contexts, _gate) = (contexts, gate);

    /// <summary>All keys with their names, oldest first.</summary>
    public ImmutableArray<(string Name, string Sealed)> All()
    {
        using var db = _contexts.CreateDbContext();
        return [.. db.ServerKeys.AsNoTracking().OrderBy(k => k.Id).Select(k => new { k.Name, k.Sealed }).AsEnumerable().Select(k => (k.Name, k.Sealed))];
    }

    /// <summary>Adds a key; one of this name that is there already stays as it is.</summary>
    public void Add(string name, string sealedText)
    {
        using var db = _contexts.CreateDbContext();
        db.Database.ExecuteSql($"""INSERT INTO "ServerKeys" ("Name", "Sealed") VALUES ({name}, {sealedText}) ON CONFLICT ("Name") DO NOTHING""");
    }

    /// <summary>Does something while no other node does: nodes that start together make one first key.</summary>
    public Task AloneAsync(Action work, CancellationToken ct) => _gate.AloneAsync(work, ct);
}
