namespace Framevet.Pipeline.Models;

/// <summary>How far a pull is. An immutable picture; ask again for a newer one.</summary>
/// <param name="Model">Id of the entry.</param>
/// <param name="State">Whether it still runs.</param>
/// <param name="File">The file at hand.</param>
/// <param name="Bytes">Bytes of all files that are here.</param>
/// <param name="TotalBytes">Bytes of all files; null when the catalogue does not know.</param>
/// <param name="BytesPerSecond">Since the pull began; null before the first byte.</param>
/// <param name="Trouble">Why it failed, or null.</param>
/// <param name="By">Name of who asked for it.</param>
public sealed record PullProgress(string Model, PullState State, string File, long Bytes, long? TotalBytes, double? BytesPerSecond, VettingException? Trouble, string By)
{
    /// <summary>0..1; null when the size is unknown.</summary>
    public double? Fraction => TotalBytes is { } total and > 0 ? Math.Min(1, (double)Bytes / total) : null;
}

/// <summary>Life of a pull.</summary>
public enum PullState
{
    /// <summary>Bytes are coming.</summary>
    Running,
    /// <summary>All files are here and right.</summary>
    Done,
    /// <summary>It ended with trouble; what is here stays for the next try.</summary>
    Failed,
    /// <summary>Somebody cancelled it; what is here stays for the next try.</summary>
    Cancelled,
}
