using System.ComponentModel.DataAnnotations;

namespace Framevet.Web.Identity;

/// <summary>How sign-in defends itself.</summary>
public sealed record SignInOptions
{
    /// <summary>Wrong passwords or codes in a row that lock an account.</summary>
    [Range(3, 100)]
    public int MaxFailures { get; init; } = 5;

    /// <summary>Minutes for which the first lock lasts; each further one lasts twice as long.</summary>
    [Range(1, 1440)]
    public int LockMinutes { get; init; } = 5;

    /// <summary>Minutes of the longest lock.</summary>
    [Range(1, 1440)]
    public int MaxLockMinutes { get; init; } = 60;

    /// <summary>Tries to sign in, set up or use an invite per address, e.g. <c>1/s;5/min;20/h</c>. A right one does not count. Restarts reset nothing.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Rate { get; init; } = "1/s;5/min;20/h";

    /// <summary>Older name: when set, so many tries a minute take the place of <see cref="Rate"/>.</summary>
    [Range(1, 10_000)]
    public int? AttemptsPerMinute { get; init; }

    /// <summary>Days for which a sign-in lasts without being used.</summary>
    [Range(1, 365)]
    public int SessionDays { get; init; } = 14;

    /// <summary>Days for which a sign-in lasts at most.</summary>
    [Range(1, 3650)]
    public int MaxSessionDays { get; init; } = 90;

    /// <summary>Roles whose people must use a second step; they reach nothing else before they have set it up.</summary>
    public IReadOnlyList<string> TwoStepRoles { get; init; } = [];

    /// <summary>Words that make bad passwords here, e.g. the organisation's name.</summary>
    public IReadOnlyList<string> RefusedWords { get; init; } = [];

    /// <summary>A file of SHA-1 hashes of breached passwords, one in hexadecimal a line, in rising order (a count behind a colon is fine); null = only the built-in list.</summary>
    public string? BreachedListFile { get; init; }
}
