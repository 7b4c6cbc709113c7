using System.Collections.Immutable;

namespace Framevet.Pipeline.Storage;

/// <summary>What the records say about files.</summary>
public interface IBlobRefs
{
    /// <summary>All of it, as of now.</summary>
    Task<BlobRefs> ReadAsync(CancellationToken ct);
}

/// <summary>
/// What the records say about files. <paramref name="Media"/>: keys of media that shall be there; <paramref name="Runs"/>: names of the runs' folders; <paramref name="Exports"/>: key of each finished
/// export whose file shall be there, by the name of its folder.
/// </summary>
public sealed record BlobRefs(ImmutableHashSet<string> Media, ImmutableHashSet<string> Runs, ImmutableDictionary<string, string> Exports);
