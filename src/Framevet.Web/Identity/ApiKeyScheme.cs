namespace Framevet.Web.Identity;

/// <summary>Authentication by <c>Authorization: Bearer fv_…</c>.</summary>
public static class ApiKeyScheme
{
    /// <summary>Name of the scheme and authentication type of its principals.</summary>
    public const string Name = "ApiKey";
}
