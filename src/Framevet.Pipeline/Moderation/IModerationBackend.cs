using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation;

/// <summary>How much weight a backend's word has.</summary>
public enum ModerationTier
{
    /// <summary>Cheap recall screen: may clear or escalate, never block.</summary>
    Screen,
    /// <summary>Classifier whose word counts in all three bands.</summary>
    Precise,
}

/// <summary>Looks at one picture and reports what it sees; the policy judges, never the backend. Thread-safe.</summary>
public interface IModerationBackend
{
    /// <summary>Id stored with findings, the part id.</summary>
    string Id { get; }

    /// <summary>Weight of its word.</summary>
    ModerationTier Tier { get; }

    /// <summary>Version of model or algorithm, stored with findings.</summary>
    string ModelVersion { get; }

    /// <summary>Inspects a JPEG. An empty answer means "saw nothing"; trouble is thrown, never returned as empty.</summary>
    Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct);
}
