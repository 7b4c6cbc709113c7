using System.ComponentModel.DataAnnotations;

namespace Framevet.Web.Identity;

/// <summary>How sign-in defends itself.</summary>
public sealed record SignInOptions
{
    /// <summary>Wrong passwords in a row that lock an account.</summary>
    [Range(3, 100)]
    public int MaxFailures { get; init; } = 5;

    /// <summary>Minutes for which it stays locked.</summary>
    [Range(1, 1440)]
    public int LockMinutes { get; init; } = 5;

    /// <summary>Sign-in, set-up and invite attempts per address and minute.</summary>
    [Range(1, 10_000)]
    public int AttemptsPerMinute { get; init; } = 10;

    /// <summary>Days for which a sign-in lasts without being used.</summary>
    [Range(1, 365)]
    public int SessionDays { get; init; } = 14;
}
