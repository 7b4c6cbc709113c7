namespace Framevet.Pipeline.Recipes;

/// <summary>Versioned settings.</summary>
public interface ISettingsStore
{
    /// <summary>The newest version; the built-in defaults (version 0) when nothing was saved.</summary>
    Task<SettingsVersion> CurrentAsync(CancellationToken ct);

    /// <summary>Saves a new version if <paramref name="basedOn"/> is still the newest; null when somebody else saved first.</summary>
    Task<SettingsVersion?> TrySaveAsync(VettingSettings settings, int basedOn, Runs.Actor author, string note, CancellationToken ct);
}

/// <summary>One version with its author.</summary>
public sealed record SettingsVersion(int Number, VettingSettings Settings, string Author, string Note, DateTimeOffset At);
