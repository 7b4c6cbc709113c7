using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Identity;

/// <summary>The roles an account can have and what each of them allows. Names are stored in the database and are an API.</summary>
public static class Roles
{
    /// <summary>Submits files, follows and downloads own runs.</summary>
    public const string Submitter = "Submitter";

    /// <summary>Sees all runs, downloads the best frames, edits recipes.</summary>
    public const string Curator = "Curator";

    /// <summary>Decides review items, sees flagged frames unblurred.</summary>
    public const string Moderator = "Moderator";

    /// <summary>A moderator who also decides what was escalated.</summary>
    public const string Lead = "Lead";

    /// <summary>Everything.</summary>
    public const string Admin = "Admin";

    /// <summary>Reads the audit trail, changes nothing.</summary>
    public const string Auditor = "Auditor";

    /// <summary>All roles, from the least to the most powerful, the auditor last.</summary>
    public static ImmutableArray<string> All { get; } = [Submitter, Curator, Moderator, Lead, Admin, Auditor];

    /// <summary>The roles whose people decide review items.</summary>
    public static ImmutableArray<string> Reviewers => [.. All.Where(r => (RightsOf(r) & Rights.Review) != 0)];

    /// <summary>What a role allows; nothing for an unknown one.</summary>
    public static Rights RightsOf(string role) => role switch
    {
        Submitter => Rights.Submit,
        Curator => Rights.Submit | Rights.SeeAllRuns | Rights.Curate,
        Moderator => Rights.Submit | Rights.SeeAllRuns | Rights.Review,
        Lead => Rights.Submit | Rights.SeeAllRuns | Rights.Review | Rights.Lead,
        Admin => Rights.Submit | Rights.SeeAllRuns | Rights.Curate | Rights.Review | Rights.Lead | Rights.Administer | Rights.Audit,
        Auditor => Rights.Audit,
        _ => Rights.None,
    };

    /// <summary>What several roles allow together.</summary>
    public static Rights RightsOf(IEnumerable<string> roles) => roles.Aggregate(Rights.None, (sum, role) => sum | RightsOf(role));
}
