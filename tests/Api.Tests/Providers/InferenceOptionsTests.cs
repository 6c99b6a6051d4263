using FcnService.Api.Providers;
using FcnService.Inference.Providers;

namespace FcnService.Api.Tests.Providers;

public sealed class InferenceOptionsTests
{
    [Fact]
    public void Select_Cpu_TakesTheProcessor() =>
        Assert.Same(ExecutionProvider.Cpu, new InferenceOptions { Provider = ProviderChoice.Cpu }.Select().Provider);

    [Fact]
    public void Select_AutoWithADeviceThatNobodyHas_SaysWhyItIsTheProcessor()
    {
        var selection = new InferenceOptions { DeviceId = 1024 }.Select();

        Assert.Same(ExecutionProvider.Cpu, selection.Provider);
        Assert.NotEmpty(selection.Reason);
    }
}
