namespace Framevet.Web.Identity;

/// <summary>Names of the authorisation policies; each asks for one right of the signed-in actor.</summary>
public static class Policies
{
    public const string SignedIn = nameof(SignedIn);
    public const string Submit = nameof(Submit);
    public const string SeeAllRuns = nameof(SeeAllRuns);
    public const string Curate = nameof(Curate);
    public const string Review = nameof(Review);
    public const string Lead = nameof(Lead);
    public const string Administer = nameof(Administer);
    public const string Audit = nameof(Audit);
}
