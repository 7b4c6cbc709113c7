using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation;

/// <summary>Versions of the policy that go away with the process, for the command line and tests. Thread-safe.</summary>
public sealed class MemoryPolicyStore(TimeProvider time) : IPolicyStore
{
    private ImmutableArray<PolicyVersion> _versions = [PolicyVersion.BuiltIn];

    /// <inheritdoc/>
    public Task<PolicyVersion> CurrentAsync(CancellationToken ct) => Task.FromResult(_versions[^1]);

    /// <inheritdoc/>
    public Task<PolicyVersion?> GetAsync(int number, CancellationToken ct) => Task.FromResult(_versions.FirstOrDefault(v => v.Number == number));

    /// <inheritdoc/>
    public Task<ImmutableArray<PolicyVersion>> VersionsAsync(int take, CancellationToken ct) =>
        Task.FromResult<ImmutableArray<PolicyVersion>>([.. _versions.OrderByDescending(v => v.Number).Take(take)]);

    /// <inheritdoc/>
    public Task<PolicyVersion?> TrySaveAsync(PolicyDocument document, int basedOn, Actor author, string note, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(author);
        var saved = new PolicyVersion(basedOn + 1, document, author.Name, note, time.GetUtcNow());
        var wasSaved = ImmutableInterlocked.Update(ref _versions, v => v[^1].Number == basedOn ? v.Add(saved) : v);
        return Task.FromResult(wasSaved ? saved : null);
    }
}
