using System.Collections.Immutable;
using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Layout;

/// <summary>An entry of the navigation, found by its attribute. <paramref name="Href"/> begins without a slash, the start page is empty.</summary>
public sealed record NavEntry(string Title, string Icon, int Order, string Policy, string Href)
{
    /// <summary>How many entries the bottom bar of a phone shows; the rest is behind "More".</summary>
    public const int OnPhones = 4;

    /// <summary>All entries in order.</summary>
    public static ImmutableArray<NavEntry> All { get; } = Find();

    private static ImmutableArray<NavEntry> Find() =>
    [
        .. from type in typeof(NavEntry).Assembly.GetTypes()
           let item = type.GetCustomAttribute<NavItemAttribute>()
           where item is not null
           let route = type.GetCustomAttributes<RouteAttribute>().First().Template
           orderby item.Order
           select new NavEntry(item.Title, item.Icon, item.Order, item.Policy, route.TrimStart('/')),
    ];
}
