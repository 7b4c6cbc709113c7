using System.Collections.Immutable;

namespace Framevet.Web.Identity;

/// <summary>What an API key may be used for, on top of its user's rights. Each name is also a policy; people who signed in have all of them.</summary>
public static class Scopes
{
    /// <summary>Read runs, frames, logs and events.</summary>
    public const string RunsRead = "runs:read";

    /// <summary>Submit, cancel and retry runs.</summary>
    public const string RunsWrite = "runs:write";

    /// <summary>Read, claim and decide review items.</summary>
    public const string Review = "review";

    /// <summary>Request and download exports.</summary>
    public const string Export = "export";

    /// <summary>Read settings and parts.</summary>
    public const string SettingsRead = "settings:read";

    /// <summary>Change settings.</summary>
    public const string SettingsWrite = "settings:write";

    /// <summary>Read and export the audit trail and reports.</summary>
    public const string AuditRead = "audit:read";

    /// <summary>All scopes.</summary>
    public static ImmutableArray<string> All { get; } = [RunsRead, RunsWrite, Review, Export, SettingsRead, SettingsWrite, AuditRead];
}
