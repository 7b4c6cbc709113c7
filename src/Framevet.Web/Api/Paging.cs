using Framevet.Pipeline;

namespace Framevet.Web.Api;

/// <summary>Bounds of <c>skip</c> and <c>take</c>, the same for every list.</summary>
internal static class Paging
{
    public static void Check(int skip, int take, int maxTake)
    {
        if (skip < 0 || take < 1 || take > maxTake)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"skip must be 0 or more, take 1 to {maxTake}.");
        }
    }
}
