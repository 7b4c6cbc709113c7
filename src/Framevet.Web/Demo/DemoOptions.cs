namespace Framevet.Web.Demo;

/// <summary>Whether a new installation shows something.</summary>
public sealed record DemoOptions
{
    /// <summary>Whether the first start makes a clip and vets it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>A clip on the server's disk that is vetted instead; null = one is drawn.</summary>
    public string? File { get; init; }
}
