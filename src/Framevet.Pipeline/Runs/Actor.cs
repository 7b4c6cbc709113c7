namespace Framevet.Pipeline.Runs;

/// <summary>Who acts: a signed-in user, an API key's user, or the system itself.</summary>
public sealed record Actor(string Id, string Name, Rights Rights)
{
    /// <summary>Framevet itself (reconciling, demo).</summary>
    public static Actor System { get; } = new("system", "Framevet", Rights.Submit | Rights.SeeAllRuns);

    /// <summary>Whether the actor has all of <paramref name="rights"/>.</summary>
    public bool Has(Rights rights) => (Rights & rights) == rights;
}

/// <summary>What a role allows; pages, routes, hub methods and desks check these.</summary>
[Flags]
public enum Rights
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Submit files, follow and download own runs.</summary>
    Submit = 1,
    /// <summary>See runs of others (frames not allowed stay blurred).</summary>
    SeeAllRuns = 2,
    /// <summary>Filter, select and download frames of all runs; edit recipes.</summary>
    Curate = 4,
    /// <summary>Claim and decide review items; see flagged frames unblurred.</summary>
    Review = 8,
    /// <summary>Decide escalated items; see workload.</summary>
    Lead = 16,
    /// <summary>Users, settings, everything.</summary>
    Administer = 32,
    /// <summary>Read the audit trail.</summary>
    Audit = 64,
}
