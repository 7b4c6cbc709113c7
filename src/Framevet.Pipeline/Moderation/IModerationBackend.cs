using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation;

/// <summary>How much weight a backend's word has.</summary>
public enum ModerationTier
{
    /// <summary>Cheap recall screen: may clear or escalate, never block.</summary>
    Screen,
    /// <summary>Classifier on this machine, free of charge: screens where a precise service stands behind it, and is the last word where none does.</summary>
    Local,
    /// <summary>Service whose word counts in all three bands, usually paid by the call.</summary>
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

    /// <summary>Price of one call in US dollars; 0 = free.</summary>
    decimal PricePerCall => 0;

    /// <summary>Why it cannot be asked at all (no model, no endpoint), as a sentence; null when it can. Asked once per run.</summary>
    string? WhyNotReady => null;

    /// <summary>Inspects a JPEG. An empty answer means "saw nothing"; trouble is thrown, never returned as empty.</summary>
    Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct);
}
