using System.Collections.Immutable;
using Framevet.TestKit;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Framevet.Web.Tests.Operation;

/// <summary>The product's <c>docker-compose.yml</c> with its merges done.</summary>
internal static class ComposeFile
{
    private static readonly Lazy<Dictionary<object, object?>> All = new(Read);

    /// <summary>Services by name.</summary>
    public static ImmutableSortedDictionary<string, Dictionary<object, object?>> Services =>
        ((Dictionary<object, object?>)All.Value["services"]!).ToImmutableSortedDictionary(s => (string)s.Key, s => (Dictionary<object, object?>)s.Value!, StringComparer.Ordinal);

    /// <summary>Names of the services of a profile, sorted.</summary>
    public static IEnumerable<string> Of(string profile) => Services.Where(s => List(s.Value, "profiles").Contains(profile)).Select(s => s.Key);

    /// <summary>The variables that a service is started with; those of the caller's shell are left as they stand.</summary>
    public static ImmutableDictionary<string, string> EnvironmentOf(string service) => Services[service].GetValueOrDefault("environment") is Dictionary<object, object?> set
        ? set.ToImmutableDictionary(v => (string)v.Key, v => (string)v.Value!) : ImmutableDictionary<string, string>.Empty;

    /// <summary>Texts of a list; none where there is none.</summary>
    public static IEnumerable<string> List(Dictionary<object, object?> service, string key) => service.GetValueOrDefault(key) switch
    {
        List<object> list => list.Cast<string>(),
        Dictionary<object, object?> map => map.Keys.Cast<string>(),
        _ => [],
    };

    private static Dictionary<object, object?> Read()
    {
        using var text = new StreamReader(Repository.Path("docker-compose.yml"));
        var parser = new MergingParser(new Parser(text));
        parser.Consume<StreamStart>();
        return (Dictionary<object, object?>)new DeserializerBuilder().Build().Deserialize(parser)!;
    }
}
