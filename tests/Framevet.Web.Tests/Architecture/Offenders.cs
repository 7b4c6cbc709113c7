namespace Framevet.Web.Tests.Architecture;

/// <summary>Fails with every offender on a line of its own, so that one run shows all there is to mend.</summary>
internal static class Offenders
{
    public static void ShouldBeNone<T>(this IEnumerable<T> offenders, string rule)
    {
        var lines = offenders.Select(o => $"  {o}").Distinct().ToList();
        if (lines.Count > 0)
        {
            Assert.Fail($"{rule}\n{string.Join('\n', lines)}");
        }
    }
}
