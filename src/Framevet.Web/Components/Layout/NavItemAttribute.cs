namespace Framevet.Web.Components.Layout;

/// <summary>
/// Puts a page into the navigation. <paramref name="icon"/>: name of a Material symbol; <paramref name="order"/>: position, unique;
/// <paramref name="policy"/>: who sees the entry, the page's own policy.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NavItemAttribute(string title, string icon, int order, string policy) : Attribute
{
    /// <summary>Text of the entry.</summary>
    public string Title { get; } = title;

    /// <summary>Name of the symbol.</summary>
    public string Icon { get; } = icon;

    /// <summary>Position, smallest first.</summary>
    public int Order { get; } = order;

    /// <summary>Who sees it.</summary>
    public string Policy { get; } = policy;
}
