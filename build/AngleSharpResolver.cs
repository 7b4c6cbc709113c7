using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Framevet.Web.Tests;

/// <summary>Answers bUnit's request for a newer AngleSharp.Diffing with the version that is there.</summary>
internal static class AngleSharpResolver
{
    [ModuleInitializer]
    internal static void Register() =>
        AssemblyLoadContext.Default.Resolving += (_, name) =>
            name.Name == "AngleSharp.Diffing" ? typeof(AngleSharp.Diffing.DiffBuilder).Assembly : null;
}
